package bellows.contracts;

/** The message of subjects whose body does not matter: {@code {}} when we send it. */
public record Nothing() {
  public static final Nothing NOTHING = new Nothing();
}
