package bellows.cloudcontroller.wakes;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An app is woken by the clock.
 *
 * @param cron five fields, UTC
 * @param path what to ask the app for; null only wakes it
 * @param lastResult in words
 */
record ScheduledWake(
    String guid,
    String app,
    String cron,
    @Nullable String path,
    Instant nextAt,
    @Nullable Instant lastAt,
    @Nullable String lastResult,
    String createdBy,
    Instant createdAt) {}
