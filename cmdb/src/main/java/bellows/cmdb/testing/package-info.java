/** Fresh migrated databases for tests. */
@NullMarked
package bellows.cmdb.testing;

import org.jspecify.annotations.NullMarked;
