/** The app manifest: read, compared with what there is, applied, written. */
@NullMarked
package bellows.cloudcontroller.manifests;

import org.jspecify.annotations.NullMarked;
