/**
 * Identifiers as types, so that one cannot stand where another belongs. Each component keeps those
 * that it has read itself, of thousands of instances; in one process equal ones share their text.
 */
@NullMarked
package bellows.contracts.ids;

import org.jspecify.annotations.NullMarked;
