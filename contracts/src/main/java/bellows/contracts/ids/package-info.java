/** Identifiers as types, so that one cannot stand where another belongs. */
@NullMarked
package bellows.contracts.ids;

import org.jspecify.annotations.NullMarked;
