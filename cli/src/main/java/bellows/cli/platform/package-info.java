/** What the platform offers: buildpacks, stacks, the raw API. */
@NullMarked
package bellows.cli.platform;

import org.jspecify.annotations.NullMarked;
