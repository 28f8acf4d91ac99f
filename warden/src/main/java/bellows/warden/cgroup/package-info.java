/** What the kernel accounts for a container, in cgroup version 1 and 2. */
@NullMarked
package bellows.warden.cgroup;

import org.jspecify.annotations.NullMarked;
