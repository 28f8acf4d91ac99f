/** Reading and changing, as root, directories in which a stranger chose the names. */
@NullMarked
package bellows.dea.tenantfiles;

import org.jspecify.annotations.NullMarked;
