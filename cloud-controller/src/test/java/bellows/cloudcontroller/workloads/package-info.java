@NullMarked
package bellows.cloudcontroller.workloads;

import org.jspecify.annotations.NullMarked;
