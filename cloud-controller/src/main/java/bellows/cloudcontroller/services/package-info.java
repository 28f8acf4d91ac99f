/** The service API of a platform without brokers: what users provide, and real, empty lists. */
@NullMarked
package bellows.cloudcontroller.services;

import org.jspecify.annotations.NullMarked;
