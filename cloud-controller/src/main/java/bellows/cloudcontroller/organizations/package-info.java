/** Tenants. */
@NullMarked
package bellows.cloudcontroller.organizations;

import org.jspecify.annotations.NullMarked;
