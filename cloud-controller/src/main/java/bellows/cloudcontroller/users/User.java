package bellows.cloudcontroller.users;

import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.ResourceBody;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A user as the API shows it; name and origin are null when UAA did not tell them. */
public record User(
    String guid,
    Instant createdAt,
    Instant updatedAt,
    @Nullable String username,
    @Nullable String origin,
    Metadata metadata) {

  /** What people see. */
  public String presentationName() {
    return username == null ? guid : username;
  }

  public ResourceBody body(Links links) {
    return ResourceBody.of(links, guid, createdAt, updatedAt)
        .put("username", username)
        .put("presentation_name", presentationName())
        .put("origin", origin)
        .metadata(metadata)
        .link("self", "/v3/users/%s", guid);
  }
}
