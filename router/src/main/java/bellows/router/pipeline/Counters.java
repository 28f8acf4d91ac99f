package bellows.router.pipeline;

import bellows.router.errors.BackendFailure;
import bellows.router.errors.RouterError;
import bellows.router.http1.Flaw;
import java.util.concurrent.atomic.LongAdder;

/** What happened since start. Any thread may count and read. */
public final class Counters {
  private final LongAdder requests = new LongAdder();
  private final LongAdder retries = new LongAdder();
  private final LongAdder[] responses = adders(6);
  private final LongAdder[] flaws = adders(Flaw.values().length);
  private final LongAdder[] errors = adders(RouterError.values().length);
  private final LongAdder[] failures = adders(BackendFailure.values().length);

  private static LongAdder[] adders(int count) {
    LongAdder[] adders = new LongAdder[count];
    for (int i = 0; i < count; i++) {
      adders[i] = new LongAdder();
    }
    return adders;
  }

  /**
   * @param status 499 for a client that went away
   */
  void answered(int status) {
    requests.increment();
    int hundred = status / 100;
    responses[hundred >= 1 && hundred <= 5 ? hundred : 0].increment();
  }

  void retried() {
    retries.increment();
  }

  void refused(Flaw flaw) {
    flaws[flaw.ordinal()].increment();
  }

  void refused(RouterError error) {
    errors[error.ordinal()].increment();
  }

  void failed(BackendFailure failure) {
    failures[failure.ordinal()].increment();
  }

  public long requests() {
    return requests.sum();
  }

  public long retries() {
    return retries.sum();
  }

  /**
   * Responses with a status of this hundred.
   *
   * @param hundred 1 to 5; 0 for none of them
   */
  public long responses(int hundred) {
    return responses[hundred].sum();
  }

  /** Requests refused for {@code flaw}. */
  public long refusals(Flaw flaw) {
    return flaws[flaw.ordinal()].sum();
  }

  public long errors(RouterError error) {
    return errors[error.ordinal()].sum();
  }

  public long failures(BackendFailure failure) {
    return failures[failure.ordinal()].sum();
  }
}
