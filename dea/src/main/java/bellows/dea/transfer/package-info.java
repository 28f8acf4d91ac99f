/** Signed addresses of the blobstore: fetch to a file, put a file. */
@NullMarked
package bellows.dea.transfer;

import org.jspecify.annotations.NullMarked;
