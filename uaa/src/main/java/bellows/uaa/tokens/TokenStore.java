package bellows.uaa.tokens;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** Tables {@code uaa_refresh_tokens}, by hash, and {@code uaa_revoked_tokens}. */
public final class TokenStore {
  /**
   * A session that goes on without the password.
   *
   * @param jti of the newest access token of this session; who revokes that one ends the session
   * @param scopes what the session's access tokens may hold at most
   */
  public record Refresh(
      String jti,
      String clientId,
      String userId,
      Set<String> scopes,
      Instant authenticatedAt,
      Instant expiresAt) {}

  public void insert(Handle db, String token, Refresh refresh) {
    db.createUpdate(
            """
            insert into uaa_refresh_tokens
              (token_hash, jti, client_id, user_id, scopes, authenticated_at, expires_at)
            values (:hash, :jti, :client, :user, :scopes, :authenticated, :expires)
            """)
        .bind("hash", hash(token))
        .bind("jti", refresh.jti())
        .bind("client", refresh.clientId())
        .bind("user", refresh.userId())
        .bind("scopes", refresh.scopes().toArray(String[]::new))
        .bind("authenticated", refresh.authenticatedAt())
        .bind("expires", refresh.expiresAt())
        .execute();
  }

  /** Empty when it is unknown, revoked or expired. */
  public Optional<Refresh> findForUpdate(Handle db, String token, Instant now) {
    return db.createQuery(
            """
            select * from uaa_refresh_tokens where token_hash = :hash and expires_at > :now
            for update
            """)
        .bind("hash", hash(token))
        .bind("now", now)
        .map((row, _) -> refresh(row))
        .findOne();
  }

  public void setNewestAccessToken(Handle db, String token, String jti) {
    db.createUpdate("update uaa_refresh_tokens set jti = :jti where token_hash = :hash")
        .bind("hash", hash(token))
        .bind("jti", jti)
        .execute();
  }

  /** Ends all sessions of a user; access tokens end by the user's next token generation. */
  public void revokeRefreshTokens(Handle db, String userId) {
    db.createUpdate("delete from uaa_refresh_tokens where user_id = :user")
        .bind("user", userId)
        .execute();
  }

  /**
   * @param expiresAt from when on nobody would take the token anyway
   */
  void revoke(Handle db, String jti, Instant expiresAt) {
    db.createUpdate(
            """
            insert into uaa_revoked_tokens (jti, expires_at) values (:jti, :expires)
            on conflict (jti) do nothing
            """)
        .bind("jti", jti)
        .bind("expires", expiresAt)
        .execute();
    db.createUpdate("delete from uaa_refresh_tokens where jti = :jti").bind("jti", jti).execute();
  }

  boolean isRevoked(Handle db, String jti) {
    return db.createQuery("select exists (select from uaa_revoked_tokens where jti = :jti)")
        .bind("jti", jti)
        .mapTo(Boolean.class)
        .one();
  }

  /** Forgets what has expired. */
  public void deleteOld(Handle db, Instant now) {
    db.createUpdate("delete from uaa_refresh_tokens where expires_at <= :now")
        .bind("now", now)
        .execute();
    db.createUpdate("delete from uaa_revoked_tokens where expires_at <= :now")
        .bind("now", now)
        .execute();
  }

  /** The tokens are long and random, so a plain hash cannot be turned back. */
  private static String hash(String token) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static Refresh refresh(ResultSet row) throws SQLException {
    return new Refresh(
        row.getString("jti"),
        row.getString("client_id"),
        row.getString("user_id"),
        Set.of((String[]) row.getArray("scopes").getArray()),
        instant(row, "authenticated_at"),
        instant(row, "expires_at"));
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }
}
