@NullMarked
package bellows.cloudcontroller.manifests;

import org.jspecify.annotations.NullMarked;
