@NullMarked
package bellows.cmdb.embedded;

import org.jspecify.annotations.NullMarked;
