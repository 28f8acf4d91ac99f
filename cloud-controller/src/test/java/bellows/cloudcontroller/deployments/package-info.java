@NullMarked
package bellows.cloudcontroller.deployments;

import org.jspecify.annotations.NullMarked;
