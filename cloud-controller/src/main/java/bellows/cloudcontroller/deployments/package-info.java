/** Rolling deployments: a new droplet takes over instance by instance. */
@NullMarked
package bellows.cloudcontroller.deployments;

import org.jspecify.annotations.NullMarked;
