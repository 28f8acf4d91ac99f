package bellows.http;

import java.io.IOException;
import java.io.Serial;

/** The client closed the connection, or sent nothing for too long, before its body was whole. */
final class ClientGoneException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  ClientGoneException(IOException cause) {
    super(cause);
  }
}
