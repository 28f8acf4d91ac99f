package bellows.router.accesslog;

/**
 * What is written about a connection of a TCP route, when it is over.
 *
 * @param port of the router
 * @param requestBytes from the client
 * @param responseBytes to the client
 * @param remote address of the client; empty when it was gone before we looked
 * @param backend address of the endpoint; empty when none was reached
 * @param totalNanos from the connection's arrival to its end
 * @param app the endpoint's, as are the next two; empty for none
 * @param failedAttempts endpoints that could not be dialled
 * @param error why it ended, when neither side ended it; else empty
 */
public record TcpRecord(
    long arrivedUnixNanos,
    int port,
    long requestBytes,
    long responseBytes,
    String remote,
    String backend,
    long totalNanos,
    String app,
    String instanceIndex,
    String instanceId,
    int failedAttempts,
    String error) {}
