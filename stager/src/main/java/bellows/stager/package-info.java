/** The build queue: takes staging tasks from the CMDB, has a DEA do them, stores how they ended. */
@NullMarked
package bellows.stager;

import org.jspecify.annotations.NullMarked;
