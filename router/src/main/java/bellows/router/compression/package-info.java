/** Responses made smaller for clients that ask for it. */
@NullMarked
package bellows.router.compression;

import org.jspecify.annotations.NullMarked;
