package bellows.base.archive;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * Says whether a symbolic link leads out of a tree, walking it as the kernel would: a text check
 * alone misses {@code a/b -> ../..}-style links that are harmless one by one and not in a row.
 */
final class LinkCheck {
  /** As the kernel: after so many links it gives up with ELOOP, which leads nowhere. */
  private static final int MAX_HOPS = 40;

  private final Map<String, String> targets;

  /**
   * @param targets every link of the tree: its name and what it holds
   */
  LinkCheck(Map<String, String> targets) {
    this.targets = targets;
  }

  /** True when following the link can end, or pass, outside the tree. */
  boolean escapes(EntryName link, String target) {
    List<String> at = new ArrayList<>(link.parent().parts());
    Deque<String> ahead = new ArrayDeque<>();
    if (!push(ahead, target)) {
      return true;
    }
    int hops = 1;
    while (!ahead.isEmpty()) {
      String part = ahead.pop();
      if (part.isEmpty() || part.equals(".")) {
        continue;
      }
      if (part.equals("..")) {
        if (at.isEmpty()) {
          return true;
        }
        at.removeLast();
        continue;
      }
      at.add(part);
      String further = targets.get(String.join("/", at));
      if (further != null) {
        if (++hops > MAX_HOPS) {
          return false;
        }
        at.removeLast();
        if (!push(ahead, further)) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * @return false when the target is absolute
   */
  private static boolean push(Deque<String> ahead, String target) {
    if (target.startsWith("/")) {
      return false;
    }
    for (String part : List.of(target.split("/", -1)).reversed()) {
      ahead.push(part);
    }
    return true;
  }
}
