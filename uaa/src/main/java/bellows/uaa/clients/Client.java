package bellows.uaa.clients;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A program that may ask for tokens.
 *
 * @param secretHash null when the secret is empty, as the {@code cf} client's
 * @param scopes what a user's token may hold at most
 * @param authorities what a token of its own holds
 */
public record Client(
    String id,
    @Nullable String secretHash,
    Set<String> grantTypes,
    Set<String> scopes,
    Set<String> authorities,
    Duration accessTokenValid,
    Duration refreshTokenValid) {}
