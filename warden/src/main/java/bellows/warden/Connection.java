package bellows.warden;

/**
 * An established connection to a host port.
 *
 * @param client address and port as they came in
 * @param answeredBy address that serves it: the container's, or one of this host's while the
 *     activator has it
 * @param bytes moved so far, in both directions, headers included; grows by a probe, too, so a few
 *     dozen bytes are no sign of use
 * @param unanswered whether the client has had the last word; see {@link Warden#unanswered}
 */
public record Connection(
    int hostPort, String client, String answeredBy, long bytes, boolean unanswered) {}
