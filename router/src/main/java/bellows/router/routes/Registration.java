package bellows.router.routes;

import java.util.List;

/** A router.register or router.unregister message that makes sense. */
final class Registration {
  private final Place place;
  private final Traits traits;
  private final byte[] own;
  private final RouteOptions options;
  private final List<Uri> uris;

  /**
   * @param place the address; another object than the one that is known already
   * @param options of all its routes, and of no other that the place serves
   * @param own ids and other texts of the endpoint alone, as {@link CompactTexts}
   */
  Registration(Place place, Traits traits, RouteOptions options, byte[] own, List<Uri> uris) {
    this.place = place;
    this.traits = traits;
    this.own = own;
    this.options = options;
    this.uris = uris;
  }

  Place place() {
    return place;
  }

  Traits traits() {
    return traits;
  }

  RouteOptions options() {
    return options;
  }

  byte[] own() {
    return own;
  }

  List<Uri> uris() {
    return uris;
  }

  /** Whether it names no app: a part of the platform, or an unregistration by address alone. */
  boolean isOfNoApp() {
    return own[0] == 0;
  }
}
