/** The only state: how the control plane reaches its database, and how it seals secrets in it. */
@NullMarked
package bellows.cmdb;

import org.jspecify.annotations.NullMarked;
