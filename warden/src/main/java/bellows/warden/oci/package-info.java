/** OCI runtimes and the config.json that they are driven with. */
@NullMarked
package bellows.warden.oci;

import org.jspecify.annotations.NullMarked;
