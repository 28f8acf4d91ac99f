package bellows.dea.sleep;

/**
 * Whether a placement's program runs, and what may follow. A pure value: each method is one atomic
 * step, and whoever takes it does what its outcome says. {@code PresenceTest} walks through every
 * order of steps of callers, the one who puts it to sleep and the one who wakes it.
 *
 * <pre>
 *   AWAKE --leave--> LEAVING --stop--> STOPPING --gone--> ASLEEP --enter--> WAKING --woke--> AWAKE
 *     ^                 |                  |                                 ^
 *     +------stay-------+                  +------gone, when wanted----------+
 * </pre>
 *
 * @param arriving callers sent to the program whose connection does not show in the kernel's
 *     counters yet; none may be lost, so it is not stopped meanwhile
 * @param wanted somebody has come since it began to leave
 */
public record Presence(Phase phase, int arriving, boolean wanted) {
  /** Where it is. */
  public enum Phase {
    /** The program runs; new connections reach it through the kernel. */
    AWAKE,
    /** It runs, new connections come to the activator, and it may still stay. */
    LEAVING,
    /** It is being ended. */
    STOPPING,
    /** There is none. */
    ASLEEP,
    /** It is being started. */
    WAKING
  }

  /** What a caller has to do. */
  public enum Entry {
    /** Go to the program, and say so on arrival. */
    SERVED,
    /** Wait until somebody else has started it. */
    WAIT,
    /** Start it. */
    START
  }

  /** What a step came to. */
  public record Step<T>(Presence next, T outcome) {}

  public static final Presence AWAKE = new Presence(Phase.AWAKE, 0, false);
  public static final Presence ASLEEP = new Presence(Phase.ASLEEP, 0, false);

  /** A new one, whose callers wait until it has come up. */
  public static final Presence BORN = new Presence(Phase.WAKING, 0, false);

  /** A caller comes. */
  public Step<Entry> enter() {
    return switch (phase) {
      case AWAKE -> new Step<>(new Presence(phase, arriving + 1, wanted), Entry.SERVED);
      case LEAVING -> new Step<>(new Presence(phase, arriving + 1, true), Entry.SERVED);
      case STOPPING -> new Step<>(new Presence(phase, arriving, true), Entry.WAIT);
      case ASLEEP -> new Step<>(new Presence(Phase.WAKING, 0, false), Entry.START);
      case WAKING -> new Step<>(this, Entry.WAIT);
    };
  }

  /**
   * Somebody wants it to stay for a moment, and says when it is over; true only while it is awake.
   */
  public Step<Boolean> hold() {
    return phase == Phase.AWAKE
        ? new Step<>(new Presence(phase, arriving + 1, wanted), true)
        : new Step<>(this, false);
  }

  /** A caller that was sent to the program has got there, or has given up. */
  public Presence arrived() {
    return new Presence(phase, Math.max(0, arriving - 1), wanted);
  }

  /**
   * It is to sleep: when the outcome is true, whoever asked closes the kernel's way now, and only
   * then looks again whether it was really idle.
   */
  public Step<Boolean> leave() {
    return phase == Phase.AWAKE && arriving == 0
        ? new Step<>(new Presence(Phase.LEAVING, 0, false), true)
        : new Step<>(this, false);
  }

  /** It was not idle after all, and the kernel's way is open again. */
  public Presence stay() {
    return phase == Phase.LEAVING ? new Presence(Phase.AWAKE, arriving, false) : this;
  }

  /** It has been idle up to the closing of the way: true unless somebody has come since. */
  public Step<Boolean> stop() {
    return phase == Phase.LEAVING && arriving == 0 && !wanted
        ? new Step<>(new Presence(Phase.STOPPING, 0, false), true)
        : new Step<>(this, false);
  }

  /**
   * Nothing is left of the program: true when it has to be started for those who came meanwhile.
   */
  public Step<Boolean> gone() {
    if (phase != Phase.STOPPING) {
      return new Step<>(this, false);
    }
    return wanted
        ? new Step<>(new Presence(Phase.WAKING, 0, false), true)
        : new Step<>(ASLEEP, false);
  }

  /**
   * It listens. The waker counts as a caller until the kernel's way is open, so that nobody closes
   * it first.
   *
   * @param waiting callers that go to it now
   */
  public Presence woke(int waiting) {
    return phase == Phase.WAKING ? new Presence(Phase.AWAKE, waiting + 1, false) : this;
  }

  /** It could not be started, and nothing is left of the try. */
  public Presence failed() {
    return phase == Phase.WAKING ? ASLEEP : this;
  }

  /** Whether new connections find a program. */
  public boolean awake() {
    return phase == Phase.AWAKE || phase == Phase.LEAVING;
  }
}
