package bellows.cloudcontroller.roles;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The eight roles. */
enum RoleType {
  ORGANIZATION_AUDITOR,
  ORGANIZATION_BILLING_MANAGER,
  ORGANIZATION_MANAGER,
  ORGANIZATION_USER,
  SPACE_AUDITOR,
  SPACE_DEVELOPER,
  SPACE_MANAGER,
  SPACE_SUPPORTER;

  boolean ofOrganization() {
    return name().startsWith("ORGANIZATION");
  }

  String apiName() {
    return name().toLowerCase(Locale.ROOT);
  }

  static RoleType of(String apiName) {
    return valueOf(apiName.toUpperCase(Locale.ROOT));
  }

  static List<String> apiNames() {
    return Arrays.stream(values()).map(RoleType::apiName).toList();
  }
}
