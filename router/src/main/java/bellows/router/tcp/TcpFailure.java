package bellows.router.tcp;

import java.util.Locale;

/** What went wrong with a connection of a TCP route. */
public enum TcpFailure {
  /** An endpoint could not be dialled; another one may have been. */
  DIAL,
  /** None could be dialled, or each had as many connections as it may. */
  NO_ENDPOINT,
  /** One side has reset it. */
  RESET,
  /** Nothing has moved for too long. */
  IDLE;

  /** As the log calls it. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
