package bellows.dea.logs;

import bellows.contracts.ids.AppGuid;
import bellows.warden.Container;
import java.nio.file.Path;

/**
 * Whose output is followed and what it is called.
 *
 * @param sourceType {@code APP/PROC/WEB} or {@code STG}
 * @param index the instance's index as text
 * @param offsets file that remembers how far the streams have been delivered; ours
 * @param bytesPerSecond the rate limit
 */
public record LogSource(
    Container container,
    AppGuid app,
    String sourceType,
    String index,
    Path offsets,
    long bytesPerSecond) {}
