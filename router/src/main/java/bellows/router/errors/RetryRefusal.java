package bellows.router.errors;

/** Why a failed attempt was the last one although its failure would have allowed another. */
public enum RetryRefusal {
  /** Too many requests of the route have been sent once more lately. */
  BUDGET("the route's retry budget is used up"),
  /** The request has taken too long already. */
  TIME("the time for retries is over");

  private final String text;

  RetryRefusal(String text) {
    this.text = text;
  }

  /** For X-Cf-RouterError. */
  public String text() {
    return text;
  }
}
