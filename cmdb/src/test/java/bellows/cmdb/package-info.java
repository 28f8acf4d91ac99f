@NullMarked
package bellows.cmdb;

import org.jspecify.annotations.NullMarked;
