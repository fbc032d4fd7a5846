# syntax=docker/dockerfile:1
# By version and digest: what is built on is what was looked at. For another: `docker buildx imagetools inspect <image>` tells its digest.
FROM node:22.20.0-bookworm-slim@sha256:b21fe589dfbe5cc39365d0544b9be3f1f33f55f3c86c87a76ff65a02f8f5848e AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev
# Temporal's core comes for five kinds of machine; this image is one of them.
RUN find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -r {} +

FROM node:22.20.0-bookworm-slim@sha256:b21fe589dfbe5cc39365d0544b9be3f1f33f55f3c86c87a76ff65a02f8f5848e
# Node brings certificates of its own; Temporal's core reads those of the system, and without them reaches no Temporal Cloud.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production NODE_OPTIONS=--enable-source-maps
WORKDIR /app
COPY --from=build --chown=node:node /app/package.json ./
COPY --from=build --chown=node:node /app/node_modules ./node_modules
COPY --from=build --chown=node:node /app/bin ./bin
COPY --from=build --chown=node:node /app/dist ./dist
COPY --from=build --chown=node:node /app/shop.yaml ./
COPY --from=build --chown=node:node /app/journeys ./journeys
COPY --from=build --chown=node:node /app/policies ./policies
COPY --from=build --chown=node:node /app/segments ./segments
COPY --from=build --chown=node:node /app/fields.yaml ./fields.yaml
COPY --from=build --chown=node:node /app/imports ./imports
COPY --from=build --chown=node:node /app/quizzes ./quizzes
COPY --from=build --chown=node:node /app/experiments ./experiments
COPY --from=build --chown=node:node /app/templates ./templates
RUN ln -s /app/bin/sojourn.mjs /usr/local/bin/sojourn && mkdir /data && chown node:node /data
USER node
EXPOSE 4000 4001 2525
CMD ["node", "dist/src/main.js"]
