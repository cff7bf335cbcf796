type Json = Readonly<Record<string, unknown>>;

/**
 * Converts a saved configuration to today's form: older runs store options of the optimizer and the schedule among the configuration's own
 * keys.
 */
export function upgradeConfig({ weightDecay, learningRateSchedule, ...config }: Json): Json {
  if (weightDecay === undefined && learningRateSchedule === undefined) return config;
  return {
    ...config,
    optimizer: [{ name: "adam", ...(weightDecay === undefined ? {} : { weightDecay }) }],
    schedule: { name: "steps", ...(learningRateSchedule as Json | undefined) },
  };
}
