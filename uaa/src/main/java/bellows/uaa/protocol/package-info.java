/** What all endpoints share: errors in the UAA form, form bodies. */
@NullMarked
package bellows.uaa.protocol;

import org.jspecify.annotations.NullMarked;
