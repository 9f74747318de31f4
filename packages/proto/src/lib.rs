//! Protobuf packets of Babylon's zoneconcierge
