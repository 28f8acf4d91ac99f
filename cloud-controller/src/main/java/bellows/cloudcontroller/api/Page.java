package bellows.cloudcontroller.api;

import java.util.List;

/**
 * One page of a list.
 *
 * @param total what all pages hold together
 */
public record Page<T>(List<T> items, long total) {
  public Page {
    items = List.copyOf(items);
  }
}
