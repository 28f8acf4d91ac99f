package bellows.cloudcontroller.environment;

import java.util.List;

/**
 * What VCAP_APPLICATION says about an app.
 *
 * @param uris its routes, {@code host.domain/path} or {@code domain:port}
 */
public record AppFacts(
    String appGuid,
    String appName,
    String spaceGuid,
    String spaceName,
    String organizationGuid,
    String organizationName,
    List<String> uris) {}
