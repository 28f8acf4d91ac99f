/**
 * Stand-ins with memory: a warden without a kernel, a blobstore without a platform, a bus recorder.
 */
@NullMarked
package bellows.dea.testing;

import org.jspecify.annotations.NullMarked;
