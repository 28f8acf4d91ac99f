/** Services that users run themselves, and routes whose requests pass by them. */
@NullMarked
package bellows.cli.services;

import org.jspecify.annotations.NullMarked;
