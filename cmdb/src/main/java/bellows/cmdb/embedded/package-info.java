/** A PostgreSQL server of our own: unpacked, initialised, started, watched, adopted, stopped. */
@NullMarked
package bellows.cmdb.embedded;

import org.jspecify.annotations.NullMarked;
