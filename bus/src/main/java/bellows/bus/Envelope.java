package bellows.bus;

import org.jspecify.annotations.Nullable;

/**
 * A message as bytes on its way.
 *
 * @param replyTo the inbox of whoever waits for an answer
 * @param nobodyListens not a message: the bus tells an inbox that the question reached no one
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Envelope(String subject, @Nullable String replyTo, byte[] body, boolean nobodyListens) {
  static Envelope of(String subject, @Nullable String replyTo, byte[] body) {
    return new Envelope(subject, replyTo, body, false);
  }

  static Envelope nobodyListens(String inbox) {
    return new Envelope(inbox, null, new byte[0], true);
  }
}
