/** User administration. */
@NullMarked
package bellows.uaa.scim;

import org.jspecify.annotations.NullMarked;
