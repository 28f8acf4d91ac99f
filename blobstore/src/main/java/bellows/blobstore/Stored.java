package bellows.blobstore;

/**
 * What was stored, measured while it passed.
 *
 * @param sha1 lower-case hex
 * @param sha256 lower-case hex
 */
public record Stored(long bytes, String sha1, String sha256) {}
