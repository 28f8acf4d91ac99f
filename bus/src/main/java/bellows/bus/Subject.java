package bellows.bus;

/**
 * A subject and the type of its messages.
 *
 * @param name tokens separated by dots; {@code *} stands for one token and a last {@code >} for one
 *     or more, in subscriptions only
 * @param type a record that Jackson reads and writes; {@code byte[]} is passed as it is
 */
public record Subject<T>(String name, Class<T> type) {
  public Subject {
    if (name.isEmpty() || name.contains("..") || name.startsWith(".") || name.endsWith(".")) {
      throw new IllegalArgumentException("not a subject: '" + name + "'");
    }
  }
}
