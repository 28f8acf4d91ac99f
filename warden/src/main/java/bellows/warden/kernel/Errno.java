package bellows.warden.kernel;

/** The failures that we act on; numbers as on every Linux we run on. */
public final class Errno {
  public static final int ENOENT = 2;
  public static final int ESRCH = 3;
  public static final int ENXIO = 6;
  public static final int EAGAIN = 11;
  public static final int EBUSY = 16;
  public static final int ENODEV = 19;
  public static final int EINVAL = 22;
  public static final int ECONNABORTED = 103;

  private Errno() {}
}
