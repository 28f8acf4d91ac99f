package bellows.cloudcontroller.flags;

import bellows.cloudcontroller.api.Caller;
import bellows.http.CfError;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The flags with the values they have until someone sets them (reference/api.md, 4.7). */
public enum FeatureFlag {
  APP_BITS_UPLOAD(true),
  APP_SCALING(true),
  DIEGO_CNB(false),
  DIEGO_DOCKER(false),
  ENV_VAR_VISIBILITY(true),
  HASH_BASED_ROUTING(false),
  HIDE_MARKETPLACE_FROM_UNAUTHENTICATED_USERS(false),
  PRIVATE_DOMAIN_CREATION(true),
  RESOURCE_MATCHING(true),
  ROUTE_CREATION(true),
  ROUTE_SHARING(false),
  SERVICE_INSTANCE_CREATION(true),
  SERVICE_INSTANCE_SHARING(false),
  SET_ROLES_BY_USERNAME(true),
  SPACE_DEVELOPER_ENV_VAR_VISIBILITY(true),
  SPACE_SCOPED_PRIVATE_BROKER_CREATION(true),
  TASK_CREATION(true),
  UNSET_ROLES_BY_USERNAME(true),
  USER_ORG_CREATION(false);

  private record Setting(boolean enabled, @Nullable String message) {}

  private final boolean enabledByDefault;

  FeatureFlag(boolean enabledByDefault) {
    this.enabledByDefault = enabledByDefault;
  }

  /** The name in the API. */
  public String apiName() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean enabledByDefault() {
    return enabledByDefault;
  }

  static Optional<FeatureFlag> find(String apiName) {
    return all().stream().filter(flag -> flag.apiName().equals(apiName)).findFirst();
  }

  static List<FeatureFlag> all() {
    return Arrays.asList(values());
  }

  /** Administrators are not bound by flags. */
  public boolean allows(Handle db, Caller caller) {
    return caller.isAdmin() || setting(db).enabled();
  }

  /**
   * @throws CfError 403 when the flag is off for this caller
   */
  public void require(Handle db, Caller caller) {
    if (caller.isAdmin()) {
      return;
    }
    Setting setting = setting(db);
    if (!setting.enabled()) {
      throw CfError.Kind.FEATURE_DISABLED.because(
          "Feature Disabled: " + (setting.message() == null ? apiName() : setting.message()));
    }
  }

  private Setting setting(Handle db) {
    return db.createQuery(
            "select enabled, custom_error_message from feature_flags where name = :name")
        .bind("name", apiName())
        .map((row, _) -> new Setting(row.getBoolean(1), row.getString(2)))
        .findOne()
        .orElse(new Setting(enabledByDefault, null));
  }
}
