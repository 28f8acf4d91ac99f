package bellows.warden;

/**
 * How the pool of prepared containers does.
 *
 * @param size how many there should be
 * @param ready how many there are now
 * @param used how many containers have started in one
 * @param missed how many had to be made from nothing
 */
public record WarmSlots(int size, int ready, long used, long missed) {
  public static final WarmSlots NONE = new WarmSlots(0, 0, 0, 0);
}
