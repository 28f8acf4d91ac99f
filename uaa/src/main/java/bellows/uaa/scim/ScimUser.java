package bellows.uaa.scim;

import bellows.uaa.users.User;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A user as clients send and get it (api.md, section 2.4). In a request all may be missing. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ScimUser(
    @JsonProperty("id") @Nullable String id,
    @JsonProperty("meta") @Nullable Meta meta,
    @JsonProperty("userName") @Nullable String userName,
    @JsonProperty("password") @Nullable String password,
    @JsonProperty("name") @Nullable Name name,
    @JsonProperty("emails") @Nullable List<Email> emails,
    @JsonProperty("groups") @Nullable List<Group> groups,
    @JsonProperty("approvals") @Nullable List<String> approvals,
    @JsonProperty("active") @Nullable Boolean active,
    @JsonProperty("verified") @Nullable Boolean verified,
    @JsonProperty("origin") @Nullable String origin,
    @JsonProperty("zoneId") @Nullable String zoneId,
    @JsonProperty("schemas") @Nullable List<String> schemas) {
  static final List<String> SCHEMAS = List.of("urn:scim:schemas:core:1.0");

  record Meta(
      @JsonProperty("version") int version,
      @JsonProperty("created") Instant created,
      @JsonProperty("lastModified") Instant lastModified) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Name(
      @JsonProperty("familyName") @Nullable String familyName,
      @JsonProperty("givenName") @Nullable String givenName) {}

  record Email(
      @JsonProperty("value") @Nullable String value, @JsonProperty("primary") boolean primary) {}

  /** A scope that the user has. */
  record Group(
      @JsonProperty("value") String value,
      @JsonProperty("display") String display,
      @JsonProperty("type") String type) {}

  static ScimUser of(User user) {
    return new ScimUser(
        user.id(),
        new Meta(
            user.version(),
            user.createdAt().truncatedTo(ChronoUnit.MILLIS),
            user.updatedAt().truncatedTo(ChronoUnit.MILLIS)),
        user.username(),
        null,
        new Name(user.familyName(), user.givenName()),
        List.of(new Email(user.email(), true)),
        user.scopes().stream().map(scope -> new Group(scope, scope, "DIRECT")).toList(),
        List.of(),
        user.active(),
        true,
        user.origin(),
        "uaa",
        SCHEMAS);
  }

  /** The primary address, else the first one, else the name. */
  String email() {
    List<Email> all = emails == null ? List.of() : emails;
    return all.stream()
        .filter(Email::primary)
        .findFirst()
        .or(() -> all.stream().findFirst())
        .map(Email::value)
        .filter(value -> !value.isBlank())
        .orElse(userName == null ? "" : userName);
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "ScimUser[id=" + id + ", userName=" + userName + "]";
  }
}
